// One conversation, live: what is said, what the assistant suggests, and what the agent makes of it.

import { render } from "../vendor/preact.js";
import { bindKeys } from "./keys.js";
import { start } from "./model.js";
import { Page } from "./page.js";
import { begin } from "./session.js";
import { html } from "./view.js";

render(html`<${Page} />`, document.querySelector("#page"));
bindKeys();
start();
begin();
