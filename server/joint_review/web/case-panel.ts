// Part of a case's page: joint review, forwarding and handing on.
import JointPanel from "./JointPanel.vue";

export default JointPanel;
