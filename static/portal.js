/* Niceties only: every page works without this file. No inline handlers, no eval (strict policy). */
(function () {
  "use strict";
  var sent = new WeakSet();

  // A list's form leaves out what is empty or the default, so that addresses stay short.
  function tidy(form) {
    var left = [];
    Array.prototype.forEach.call(form.elements, function (field) {
      var silent = field.name && !field.disabled && field.type !== "checkbox" && field.type !== "hidden" && field.tagName !== "BUTTON";
      if (silent && (field.value === "" || field.value === field.dataset.default)) left.push(field);
    });
    var box = document.querySelector("[data-columns]");
    var columns = box ? Array.prototype.slice.call(box.querySelectorAll("input:not([disabled])")) : [];
    var usual = columns.every(function (c) { return c.checked === ("shown" in c.dataset); });
    if (usual) left = left.concat(columns);
    left.forEach(function (field) { field.disabled = true; });
    setTimeout(function () { left.forEach(function (field) { field.disabled = false; }); }, 0);
  }

  // A second click does not send a form twice; a download leaves the page as it is.
  function once(event) {
    var form = event.target;
    if (sent.has(form)) { event.preventDefault(); return; }
    sent.add(form);
    if ("download" in form.dataset) setTimeout(function () { sent.delete(form); }, 3000);
  }

  // Who signs out leaves no text behind on this machine (draft.js).
  function clean() {
    try {
      Object.keys(localStorage).forEach(function (name) { if (name.indexOf("draft:") === 0) localStorage.removeItem(name); });
    } catch (error) { /* nothing is kept here */ }
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if ("tidy" in form.dataset) tidy(form);
    if (form.method === "post" && !("draft" in form.dataset)) { once(event); changed = null; } // draft.js sends that one
    if ("leaves" in form.dataset) clean();
  }, true);

  document.addEventListener("change", function (event) {
    var field = event.target;
    if ("auto" in field.dataset && field.form) field.form.requestSubmit();
    if (field.form && "guard" in field.form.dataset) changed = field.form;
  });

  // A name that is chosen beside a field of several names is added to them (common/lookups.py).
  function add(field) {
    var names = document.getElementById(field.dataset.adds);
    var known = Array.prototype.some.call(field.list.options, function (option) { return option.value === field.value; });
    if (!known) return;
    names.value = names.value.trim().replace(/、?$/, names.value.trim() ? "、" : "") + field.value;
    field.value = "";
    field.list.textContent = "";
    names.dispatchEvent(new Event("change", { bubbles: true }));
  }
  document.addEventListener("input", function (event) { if ("adds" in event.target.dataset) add(event.target); });
  Array.prototype.forEach.call(document.querySelectorAll("[data-adds]"), function (field) { field.hidden = false; });

  // Leaving a form that was changed and not sent asks first.
  var changed = null;
  window.addEventListener("beforeunload", function (event) {
    if (changed && document.contains(changed)) { event.preventDefault(); event.returnValue = ""; }
  });
  window.addEventListener("pageshow", function () { sent = new WeakSet(); });

  // Drop-downs close by Escape and by a click elsewhere.
  function close(except) {
    Array.prototype.forEach.call(document.querySelectorAll("details.drop[open]"), function (box) {
      if (!except || !box.contains(except)) box.open = false;
    });
  }
  document.addEventListener("click", function (event) { close(event.target); });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") close(null); });

  // After a partial update of the page the focus is at its beginning, not nowhere.
  document.addEventListener("htmx:afterSettle", function (event) {
    var main = document.getElementById("main");
    if (event.detail.boosted && main && document.activeElement === document.body) main.focus({ preventScroll: true });
  });

  // A partial update that fails becomes an ordinary page load, which says what is wrong.
  document.addEventListener("htmx:responseError", function (event) {
    var path = event.detail.pathInfo.finalRequestPath || event.detail.pathInfo.requestPath;
    if (event.detail.requestConfig.verb === "get" && event.detail.boosted !== undefined) window.location.href = path;
  });
})();
