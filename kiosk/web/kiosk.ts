// The kiosk's page. Its id is the last part of the address; it speaks for that kiosk only.
import { createApp } from "vue";
import { useSurface } from "@web/api.ts";
import "@web/fonts.css";
import "@web/base.css";
import "./kiosk.css";
import KioskPage from "./KioskPage.vue";
import { shutIn } from "./shut-in.ts";

const name = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
useSurface(`kiosk/${name}`);
shutIn(window);
createApp(KioskPage, { name }).mount("#page");
