// The page of a tablet at a window; the window's code is the last part of the address.
import { createApp } from "vue";
import { useSurface } from "@web/api.ts";
import "@web/fonts.css";
import "@web/base.css";
import TabletPage from "./TabletPage.vue";

const code = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
useSurface(`tablet/${code}`);
createApp(TabletPage, { code }).mount("#page");
