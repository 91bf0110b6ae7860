// The address of boards without a name: offers the boards that there are.
import { createApp } from "vue";
import "@web/fonts.css";
import "@web/base.css";
import BoardsPage from "./BoardsPage.vue";

createApp(BoardsPage).mount("#page");
