// Addresses of the pages' router after the hash, without the leading slash that vue-router writes:
// `/office#month/all/2026-11`. Such addresses stand in bookmarks, in released bulletins and on paper.
import { createWebHashHistory, type RouterHistory } from "vue-router";

/** Removes the slash from the address bar; an empty address leaves no hash. */
function removeSlash(): void {
  if (!location.hash.startsWith("#/")) return;
  const place = location.hash.slice(2);
  history.replaceState(history.state, "", place ? `#${place}` : location.pathname + location.search);
}

/** The history of vue-router with addresses as above. */
export function hashHistory(): RouterHistory {
  const inner = createWebHashHistory();
  removeSlash();
  const outer = Object.create(inner) as RouterHistory;
  outer.createHref = (to) => `#${to.slice(1)}`;
  outer.push = (to, data) => {
    inner.push(to, data);
    removeSlash();
  };
  outer.replace = (to, data) => {
    inner.replace(to, data);
    removeSlash();
  };
  outer.listen = (callback) =>
    inner.listen((to, from, information) => {
      removeSlash();
      callback(to, from, information);
    });
  return outer;
}
