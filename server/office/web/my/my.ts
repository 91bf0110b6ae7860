// A clerk's own page on his phone: his marks, his leave, his corrections, what waits for him. No
// fonts and no component library: it opens at once on an old phone.
import { createApp } from "vue";
import "@web/base.css";
import "@web/notice.css";
import "./my.css";
import MyPage from "./MyPage.vue";

createApp(MyPage).mount("#page");
