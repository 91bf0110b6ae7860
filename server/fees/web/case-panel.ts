// Panel on the card of a case: what it owes, and a new payment notice.
import CaseFees from "./CaseFees.vue";

export default CaseFees;
