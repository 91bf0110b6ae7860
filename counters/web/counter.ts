// The counter: what a clerk works with all day.
import { createApp } from "vue";
import "@web/element.ts";
import "@web/fonts.css";
import "@web/base.css";
import "@web/notice.css";
import "./counter.css";
import CounterPage from "./CounterPage.vue";

createApp(CounterPage).mount("#page");
