// Styles of the parts of Element Plus that every page of staff uses, then the hall's colours on them.
// The whole style sheet of the library is 360 kB, which a slow PC reads for a tenth of a second.
import "element-plus/es/components/button/style/css";
import "element-plus/es/components/dialog/style/css";
import "element-plus/es/components/drawer/style/css";
import "./element.css";
