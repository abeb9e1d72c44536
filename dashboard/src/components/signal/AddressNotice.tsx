/** Above an address that the desk can't be sure of: what to set, so that it is. */

import { useSetup } from "./setup";

export function AddressNotice() {
  const notice = useSetup().data?.notice;
  return notice == null ? null : (
    <p role="status" className="mb-2 text-warn [overflow-wrap:anywhere]" data-state="address">
      {notice}
    </p>
  );
}
