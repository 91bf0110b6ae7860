// The office: what the hall's managers and administrators look at and change.
import { createApp } from "vue";
import { createRouter } from "vue-router";
import "@web/element-table.ts";
import "@web/element.ts";
import "@web/fonts.css";
import "@web/base.css";
import "@web/notice.css";
import { hashHistory } from "@web/hash-history.ts";
import "./office.css";
import { ANY } from "./menu.ts";
import OfficePage from "./OfficePage.vue";

// Every address is accepted until OfficeSections knows who is signed in and adds the sections.
const any = { name: ANY, path: "/:any(.*)*", component: { render: () => null } };
const router = createRouter({ history: hashHistory(), routes: [any] });
createApp(OfficePage).use(router).mount("#page");
