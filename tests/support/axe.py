"""Serious and critical accessibility violations of a page, by axe-core, as sentences."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  // A dialog that is still fading in has less contrast than the one people read.
  await Promise.all(document.getAnimations()
    .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
    .map((one) => one.finished.catch(() => null)));
  const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
  const found = await axe.run(document, options);
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${one.help}: ${node.target.join(" ")}`));
}"""


def findings(page: Page) -> list[str]:
    """Return the WCAG 2.2 AA violations of the page in its present state.

    Empty if there are none.
    """
    # Injected through the debugger, so the page's strict content security policy stays in force.
    if page.evaluate("!window.axe"):
        page.evaluate(SOURCE.read_text())
    violations: list[str] = page.evaluate(RUN)
    return violations
