// The phone hall: guides, appointments, numbers from afar, what is one's own. No fonts, no login.
import { createApp } from "vue";
import "@web/base.css";
import "./phone.css";
import "./hall/hall.css";
import PhoneHall from "./hall/PhoneHall.vue";

createApp(PhoneHall).mount("#page");
