// The page by which an applicant follows a case: its number stands in the address that is printed on every paper.
import { createApp } from "vue";
import "@web/base.css";
import "./phone.css";
import ProgressPage from "./ProgressPage.vue";

const number = decodeURIComponent(location.pathname.split("/").filter(Boolean)[1] ?? "");
createApp(ProgressPage, { number }).mount("#page");
