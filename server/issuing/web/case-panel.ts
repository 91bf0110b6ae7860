// Panel on the card of a case: its licences, where each is, and the archive list.
import CaseLicences from "./CaseLicences.vue";

export default CaseLicences;
