// Ratings for everybody: on a phone, on a hall's screen.
import { createApp } from "vue";
import "@web/tokens.css";
import "@web/base.css";
import PublicVoices from "./PublicVoices.vue";

createApp(PublicVoices).mount("#page");
