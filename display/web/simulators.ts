// The simulated hardware of the demo: the other end of every cable, to look at and to break.
import { createApp } from "vue";
import "@web/fonts.css";
import "@web/base.css";
import "./simulators.css";
import SimulatorsPage from "./simulators/SimulatorsPage.vue";

createApp(SimulatorsPage).mount("#page");
