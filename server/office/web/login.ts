// The way in: staff sign in here, and a new kiosk or board is enrolled.
import { createApp } from "vue";
import "@web/fonts.css";
import "@web/base.css";
import "./entry.css";
import LoginPage from "./LoginPage.vue";

createApp(LoginPage).mount("#page");
