/** The roof of the browser app: hands the page's values in, follows the desk, and draws. */

import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";

import { App } from "./app";
import { configureHttp } from "./connection/http";
import "./look.css";
import { desk } from "./state/desk";
import { keepDisplay } from "./state/display";
import { follow } from "./state/follow";
import { notifySignals } from "./state/notices";
import { startTicking } from "./state/now";
import { keepVitals } from "./state/vitals";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");

// Dialogs lock scrolling with a style element of their own; the CSP lets it in by the page's nonce.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
if (nonce !== "") setNonce(nonce);

configureHttp({
  csrf: root.dataset["csrf"] ?? "",
  onSessionEnd: () => desk.setState((now) => ({ link: { ...now.link, phase: "ended" } })),
});
desk.setState({ version: root.dataset["version"] ?? "" });
keepVitals();
notifySignals();
keepDisplay();
follow();
startTicking();
createRoot(root).render(<App />);
