// Guide of one item for everybody: on a phone, and where a link or a code leads.
import { createApp } from "vue";
import "@web/base.css";
import GuidePage from "./GuidePage.vue";

const code = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
createApp(GuidePage, { code }).mount("#page");
