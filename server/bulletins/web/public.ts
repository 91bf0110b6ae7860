// The newest bulletin for everybody: on a hall's screen and on a phone.
import { createApp } from "vue";
import "@web/fonts.css";
import "@web/base.css";
import PublicPage from "./PublicPage.vue";

createApp(PublicPage).mount("#page");
