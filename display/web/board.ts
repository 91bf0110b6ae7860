// The board's page. Its zone is the last part of the address; `main` is the whole hall.
import { createApp } from "vue";
import { useSurface } from "@web/api.ts";
import "@web/fonts.css";
import "@web/base.css";
import "./board.css";
import BoardPage from "./BoardPage.vue";

const zone = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
useSurface(`board/${zone}`);
createApp(BoardPage, { zone }).mount("#page");
