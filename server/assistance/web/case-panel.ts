// Panel of a case's page: its helpers and its green channel.
import CaseAssistance from "./CaseAssistance.vue";

export default CaseAssistance;
