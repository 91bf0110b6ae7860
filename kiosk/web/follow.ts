// The page by which a complainant follows a complaint: number from the address, code from behind its #, which no
// browser sends to a server. `/c/new#` with a ticket's token is the form for a new one.
import { createApp } from "vue";
import "@web/base.css";
import "./phone.css";
import FollowPage from "./FollowPage.vue";

const number = decodeURIComponent(location.pathname.split("/").filter(Boolean)[1] ?? "");
const code = decodeURIComponent(location.hash.slice(1));
createApp(FollowPage, { number, code }).mount("#page");
