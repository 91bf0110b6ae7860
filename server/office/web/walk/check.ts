// The checkers' phone: what has come due, and the walk from window to window. Light on purpose (the
// phone's own font, no table or dialog library): it must open at once in a corner of the hall.
import { createApp } from "vue";
import "@web/base.css";
import "@web/notice.css";
import "./check.css";
import CheckPage from "./CheckPage.vue";

createApp(CheckPage).mount("#page");
