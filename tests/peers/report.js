// Sorts a table of confusions by the system whose name is pressed; the style sheet shows the first forty rows.
for (const table of document.querySelectorAll(".confusions")) {
  table.querySelectorAll("th button").forEach((button) => button.addEventListener("click", () => {
    const heads = [...table.tHead.rows[0].cells], column = heads.indexOf(button.parentElement);
    const count = (row) => Number(row.cells[column].textContent);
    const rows = [...table.tBodies[0].rows].sort((a, b) => count(b) - count(a));
    heads.forEach((head, i) => i === column ? head.setAttribute("aria-sort", "descending") : head.removeAttribute("aria-sort"));
    table.tBodies[0].append(...rows);
  }));
}
