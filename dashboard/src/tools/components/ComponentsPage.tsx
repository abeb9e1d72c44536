/** Every component in every state, on one page: for those who build tools, and for the tests that look at it. */

import { Page } from "../../components/Page";
import { ChartsShown } from "./ChartsShown";
import { ControlsShown } from "./ControlsShown";
import { FiguresShown } from "./FiguresShown";
import { StatesShown } from "./StatesShown";
import { TableShown } from "./TableShown";
import { TokensShown } from "./TokensShown";

export default function ComponentsPage() {
  return (
    <Page title="Components">
      <TokensShown />
      <FiguresShown />
      <ChartsShown />
      <TableShown />
      <ControlsShown />
      <StatesShown />
    </Page>
  );
}
