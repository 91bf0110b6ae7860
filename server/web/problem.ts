// The page for an address that leads nowhere.
import { createApp } from "vue";
import "./fonts.css";
import "./base.css";
import ProblemPage from "./ProblemPage.vue";

createApp(ProblemPage).mount("#page");
