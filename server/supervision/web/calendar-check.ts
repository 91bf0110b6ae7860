// Check of a calendar before its import, for the page of the working calendar.
import { defineAsyncComponent } from "vue";

export default defineAsyncComponent(() => import("./CalendarMoves.vue"));
