// Styles of the tables and tags of Element Plus, which the office's pages use; before element.ts.
import "element-plus/es/components/table/style/css";
import "element-plus/es/components/table-column/style/css";
import "element-plus/es/components/tag/style/css";
