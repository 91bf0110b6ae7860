// The office: what the hall's managers and administrators look at and change.
import { createApp } from "vue";
import "element-plus/dist/index.css";
import "@web/element.css";
import "@web/fonts.css";
import "@web/base.css";
import "@web/notice.css";
import "./office.css";
import OfficePage from "./OfficePage.vue";

createApp(OfficePage).mount("#page");
