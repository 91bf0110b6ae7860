// A clerk's own page on his phone: his marks, his leave, his corrections, what waits for him. No
// fonts and no component library: it opens at once on an old phone.
import { createApp } from "vue";
import { createRouter } from "vue-router";
import "@web/base.css";
import "@web/notice.css";
import { hashHistory } from "@web/hash-history.ts";
import "./my.css";
import MyDesk from "./MyDesk.vue";
import MyPage from "./MyPage.vue";

const routes = [{ path: "/:leaf?", component: MyDesk, props: true }];
createApp(MyPage).use(createRouter({ history: hashHistory(), routes })).mount("#page");
