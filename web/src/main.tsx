import "@fontsource-variable/ibm-plex-sans/wdth.css";
import "./styles/base.css";
import "./styles/panels.css";
import { render } from "preact";
import { App } from "./views/app";
import { start } from "./state/start";
import { startTheme } from "./state/theme";
import { startShortcuts } from "./views/shortcuts";

startTheme();
startShortcuts();
render(<App />, document.getElementById("page")!);
start();
