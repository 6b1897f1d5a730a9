/* The rating sheet: the total follows what is typed, a score that differs from the system's opens
   its field for the reason. The page works without this file. */
(function () {
  "use strict";
  var form = document.querySelector("[data-sheet]");
  if (!form) return;
  var total = form.querySelector("[data-total]"), cap = parseFloat(form.dataset.cap) || 0;
  var fields = Array.prototype.slice.call(form.querySelectorAll("input[data-most]"));
  if (!total || !fields.length) return;
  // Lines that a filter leaves out count as they were.
  var base = parseFloat(total.textContent) - sum();
  var isWhole = !/[?&]only=/.test(location.search);

  function number(field) {
    var value = parseFloat(field.value);
    return isNaN(value) ? 0 : value;
  }
  function sum() {
    var plain = 0, bonus = 0;
    fields.forEach(function (field) {
      if ("bonus" in field.dataset) bonus += number(field); else plain += number(field);
    });
    return plain + Math.min(bonus, cap);
  }
  function show() {
    total.textContent = String(Math.round((sum() + (isWhole ? 0 : base)) * 100) / 100);
  }
  form.addEventListener("input", function (event) {
    var field = event.target;
    if (!("most" in field.dataset)) return;
    show();
    var computed = field.dataset.computed;
    var differs = computed !== "" && field.value.trim() !== "" && number(field) !== parseFloat(computed);
    field.closest("td").classList.toggle("cell-diff", differs);
    field.closest("td").classList.toggle("cell-bad", number(field) > parseFloat(field.dataset.most) || number(field) < 0);
    if (differs) field.closest("tr").querySelector("details").open = true;
  });
})();
