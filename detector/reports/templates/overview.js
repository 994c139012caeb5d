(() => {
  const table = document.querySelector('.ov-table');
  if (!table) return;
  const PAGE = 30;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, order) => ({
    row, order, band: row.dataset.band, text: row.cells[1].textContent.toLowerCase(),
    values: [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent.trim().toLowerCase()),
  }));
  const search = document.querySelector('.ov-search');
  const bands = [...document.querySelectorAll('.ov-band')];
  const more = document.querySelector('.ov-more');
  const shown = document.querySelector('.ov-shown');
  let limit = PAGE;

  const draw = () => {
    const wanted = search.value.trim().toLowerCase();
    const on = new Set(bands.filter((box) => box.checked).map((box) => box.value));
    let matching = 0;
    const visible = document.createDocumentFragment();
    for (const entry of rows) {
      if (!on.has(entry.band) || (wanted && !entry.text.includes(wanted))) continue;
      matching += 1;
      if (matching <= limit) visible.append(entry.row);
    }
    body.replaceChildren(visible);
    const count = Math.min(limit, matching);
    shown.textContent = `${count.toLocaleString('en')} of ${matching.toLocaleString('en')} shown`;
    more.hidden = count >= matching;
  };

  const sort = (heading, column) => {
    const numeric = heading.classList.contains('dl-num');
    const before = heading.getAttribute('aria-sort');
    const down = before ? before === 'ascending' : numeric && heading.dataset.first !== 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    rows.sort((a, b) => {
      const x = a.values[column], y = b.values[column];
      // Articles without a value stay at the end, whatever the direction.
      if (x === '' || y === '') return (x === '') - (y === '') || a.order - b.order;
      const difference = numeric ? Number(x) - Number(y) : x.localeCompare(y);
      return (down ? -difference : difference) || a.order - b.order;
    });
    draw();
  };

  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    heading.querySelector('button').addEventListener('click', () => sort(heading, column));
  });
  search.addEventListener('input', () => { limit = PAGE; draw(); });
  for (const box of bands) box.addEventListener('change', () => { limit = PAGE; draw(); });
  more.addEventListener('click', () => { limit += 200; draw(); });
  let before = PAGE;
  addEventListener('beforeprint', () => { before = limit; limit = rows.length; draw(); });
  addEventListener('afterprint', () => { limit = before; draw(); });
  document.documentElement.classList.add('ov-live');
  draw();
})();
