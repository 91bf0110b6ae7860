// The reception desk: tickets found, issued, returned, printed, redirected, cancelled; the way told.
import { createApp } from "vue";
import "@web/element.ts";
import "@web/fonts.css";
import "@web/base.css";
import "@web/notice.css";
import "./counter.css";
import "./reception.css";
import ReceptionPage from "./ReceptionPage.vue";

createApp(ReceptionPage).mount("#page");
