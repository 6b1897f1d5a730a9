/* The review page: keys J, K, A and R press the links and buttons that are on the page anyway;
   a sentence is asked for only where 请修改 is ticked. The page works without this file. */
(function () {
  "use strict";
  var keys = {};
  Array.prototype.forEach.call(document.querySelectorAll("[data-key]"), function (one) { keys[one.dataset.key] = one; });

  function isTyping(target) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox" || target.isContentEditable;
  }

  function flags() { return Array.prototype.slice.call(document.querySelectorAll("[data-flag]")); }

  // What is marked decides which button is the red one, and what the bar says.
  function show() {
    var marked = flags().filter(function (flag) { return flag.checked; });
    flags().forEach(function (flag) {
      var note = document.querySelector("[data-note='" + flag.dataset.flag + "']");
      note.hidden = !flag.checked;
      flag.closest("tr").classList.toggle("marked", flag.checked);
    });
    var bar = document.querySelector("[data-marked]");
    if (!bar) return;
    bar.hidden = marked.length === 0;
    bar.querySelector("[data-count]").textContent = marked.length;
    bar.querySelector("[data-which]").textContent = "：" + marked.map(function (flag) { return flag.dataset.label; }).join("、");
    var accept = document.querySelector("[data-accept]");
    accept.querySelector("[data-word]").textContent = marked.length ? "不退回，直接通过" : "通过";
    accept.classList.toggle("btn-primary", marked.length === 0);
    document.querySelector("[data-return]").classList.toggle("btn-primary", marked.length > 0);
  }

  // Sending back without a word is refused by the server; the keys lead to where it is written.
  function wantsWord() {
    var ticked = flags().filter(function (flag) { return flag.checked; });
    var empty = ticked.filter(function (flag) { return !document.getElementById("note-" + flag.dataset.flag).value.trim(); });
    if (empty.length) return document.getElementById("note-" + empty[0].dataset.flag);
    var note = document.getElementById("note");
    return ticked.length || !note || note.value.trim() ? null : note;
  }

  document.addEventListener("change", function (event) {
    if (!("flag" in event.target.dataset)) return;
    show();
    if (event.target.checked) document.getElementById("note-" + event.target.dataset.flag).focus();
  });

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || isTyping(event.target)) return;
    var key = event.key.toLowerCase(), target = keys[key];
    if (!target) return;
    event.preventDefault();
    var word = key === "r" ? wantsWord() : null;
    if (word) word.focus(); else target.click();
  });

  show();
})();
