// The checkers' phone: what has come due, and the walk from window to window. Light on purpose (the
// phone's own font, no table or dialog library): it must open at once in a corner of the hall.
import { createApp } from "vue";
import { createRouter, RouterView } from "vue-router";
import "@web/base.css";
import "@web/notice.css";
import { hashHistory } from "@web/hash-history.ts";
import "./check.css";
import CheckPage from "./CheckPage.vue";

const routes = [{ path: "/:walking?", component: CheckPage, props: true }];
createApp(RouterView).use(createRouter({ history: hashHistory(), routes })).mount("#page");
