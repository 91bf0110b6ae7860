// The phone's page: one ticket, known by the token in the address. No fonts, no login: it must open
// at once on an old phone with a poor connection.
import { createApp } from "vue";
import "@web/base.css";
import "./phone.css";
import PhoneVisit from "./PhoneVisit.vue";

const token = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
createApp(PhoneVisit, { token }).mount("#page");
