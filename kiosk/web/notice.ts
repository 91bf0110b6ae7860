// The page of a one-time notice, known by the number in the address: the code on the paper leads here.
import { createApp } from "vue";
import "@web/base.css";
import "./phone.css";
import NoticePage from "./NoticePage.vue";

const number = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
createApp(NoticePage, { number }).mount("#page");
