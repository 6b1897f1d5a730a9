/* A form whose text must not get lost: saved on the server while it is typed, kept on the machine
   while there is no network, the password asked in place when the session has ended. Photos go one
   by one. The page works without this file. */
(function () {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const PAUSE = 1500, AGAIN = 15000, DAY = 24 * 3600 * 1000, PREFIX = "draft:";
  const key = PREFIX + form.dataset.key;
  const byId = function (id) { return document.getElementById(id); };
  const saved = byId("saved"), stale = byId("stale"), kept = byId("kept");
  const dialog = byId("again"), password = byId("again-password");

  // --- The text ---------------------------------------------------------------------------------
  const STEERING = ["csrfmiddlewaretoken", "rounds", "revision", "verb", "photos"];

  function typed() {
    return Array.from(new FormData(form)).filter(function (pair) {
      return STEERING.indexOf(pair[0]) < 0 && typeof pair[1] === "string";
    });
  }
  function text(pairs) { return new URLSearchParams(pairs).toString(); }
  function value(name) { return form.elements[name].value; }

  function put(pairs) {
    const wanted = {};
    pairs.forEach(function (pair) { (wanted[pair[0]] = wanted[pair[0]] || []).push(pair[1]); });
    Array.from(form.elements).forEach(function (field) {
      if (!field.name || STEERING.indexOf(field.name) >= 0) return;
      const values = wanted[field.name] || [];
      if (field.type === "checkbox") field.checked = values.indexOf(field.value) >= 0;
      else if (field.type !== "file" && field.type !== "submit" && values.length) field.value = values[0];
    });
  }

  // --- This machine -----------------------------------------------------------------------------
  function store() {
    try {
      localStorage.setItem(key, JSON.stringify({
        at: Date.now(), rounds: value("rounds"), revision: value("revision"), typed: typed(),
      }));
    } catch (error) { /* full or forbidden: then there is the server */ }
  }
  function forget() { try { localStorage.removeItem(key); } catch (error) { /* as above */ } }
  function stored() {
    try {
      Object.keys(localStorage).forEach(function (name) {
        if (name.indexOf(PREFIX) !== 0) return;
        const one = JSON.parse(localStorage.getItem(name));
        if (Date.now() - one.at > 7 * DAY) localStorage.removeItem(name);
      });
      return JSON.parse(localStorage.getItem(key));
    } catch (error) { return null; }
  }

  // --- What the page says -----------------------------------------------------------------------
  function say(words, tone) {
    const icon = { ok: "yes", warn: "warn", bad: "warn" }[tone];
    saved.className = "saved" + (tone === "ok" ? "" : tone ? " " + tone : " muted");
    saved.textContent = "";
    if (icon) {
      const space = "http://www.w3.org/2000/svg";
      const svg = document.createElementNS(space, "svg"), use = document.createElementNS(space, "use");
      svg.setAttribute("class", "i"); svg.setAttribute("aria-hidden", "true");
      use.setAttribute("href", "#i-" + icon);
      svg.appendChild(use); saved.appendChild(svg);
    }
    const span = document.createElement("span");
    span.textContent = words;
    saved.appendChild(span);
  }

  // --- Signing in again -------------------------------------------------------------------------
  function renew(token) {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach(function (field) { field.value = token; });
  }
  async function standing() {
    const answer = await fetch(dialog.dataset.url + "?next=" + encodeURIComponent(location.pathname), { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new Error("no answer");
    return answer.json();
  }
  let asking = null;

  // True once the owner of this page is signed in here; false when that was put off.
  function signedIn() {
    if (!asking) asking = ask().finally(function () { asking = null; });
    return asking;
  }
  async function ask() {
    const now = await standing();
    renew(now.token);
    if (now.user === dialog.dataset.user) return true;
    if (now.url) return leave(now.url);
    say("登录已过期，先存在本机", "warn");
    byId("again-error").textContent = "";
    for (;;) {
      const choice = await answered();
      if (choice !== "go") return false;
      if (await tried()) return true;
    }
  }
  // "go" or "later". Browsers without <dialog> show it in the page.
  function answered() {
    return new Promise(function (resolve) {
      function end(choice) {
        dialog.onclose = dialog.onclick = dialog.onsubmit = null;
        if (dialog.open && dialog.close) dialog.close(); else dialog.removeAttribute("open");
        resolve(choice);
      }
      let choice = "go";
      password.value = "";
      dialog.onclick = function (event) { if (event.target.tagName === "BUTTON") choice = event.target.value; };
      dialog.onsubmit = function (event) { event.preventDefault(); end(choice); };
      dialog.onclose = function () { end("later"); };
      if (dialog.showModal) dialog.showModal(); else dialog.setAttribute("open", "");
      password.focus();
    });
  }
  async function tried() {
    try {
      const body = new URLSearchParams({ username: dialog.dataset.user, password: password.value, next: location.pathname });
      const token = form.elements.csrfmiddlewaretoken.value;
      const answer = await fetch(dialog.dataset.url, {
        method: "POST", credentials: "same-origin", body: body, headers: { "X-CSRFToken": token },
      });
      if (answer.status === 429) throw new Error("密码连续多次不正确，账号暂时锁定。您写的都在这台设备上，过一会儿再试。");
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.sentence);
      if (said.url) return leave(said.url);
      renew(said.token);
      return true;
    } catch (error) {
      byId("again-error").textContent = error instanceof TypeError ? "没有网络，请稍后再试。" : error.message;
      return false;
    }
  }
  // A second factor, or a password to be changed, has a page of its own; the text waits here.
  function leave(url) { store(); location.href = url; return new Promise(function () {}); }

  // --- Saving -----------------------------------------------------------------------------------
  let waiting = null, running = null, unheard = null, isOver = false, last = text(typed());

  // "yes": saved; "no": what is typed is not on the server.
  function save() {
    clearTimeout(waiting);
    if (!running) running = turn().finally(function () { running = null; });
    return running;
  }
  // Before a button of the page is sent: also when there is nothing to save, is anybody signed in?
  async function ready(keeps) {
    if (!keeps && (text(typed()) !== last || unheard)) return save();
    try { return await signedIn() ? "yes" : "no"; } catch (error) { return offline(); }
  }
  async function turn() {
    if (isOver) return "no";
    let renewed = false;
    for (;;) {
      // What was sent and not answered is sent again as it was: it may have been saved.
      const body = unheard || text(typed());
      if (body === last && !unheard) { forget(); return "yes"; }
      unheard = body;
      say("正在保存");
      let answer;
      try {
        answer = await fetch(form.dataset.draft, {
          method: "POST", credentials: "same-origin", redirect: "manual",
          headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "Content-Type": "application/x-www-form-urlencoded" },
          body: body + "&rounds=" + value("rounds") + "&revision=" + value("revision"),
        });
        if (answer.status >= 500) throw new TypeError("unavailable");
        if (answer.type === "opaqueredirect" || answer.status === 403) {
          if (answer.status === 403 && renewed) { isOver = true; say("没有保存上，请刷新后再试", "bad"); return "no"; }
          renewed = true;
          if (await signedIn()) continue;
          say("登录已过期，先存在本机", "warn");
          return "no";
        }
      } catch (error) { return offline(); }
      unheard = null;
      const said = answer.headers.get("Content-Type") === "application/json" ? await answer.json() : {};
      if (!answer.ok) return refused(said);
      form.elements.revision.value = said.revision;
      last = body;
      if (text(typed()) === body) { forget(); say("已自动保存 " + said.at, "ok"); return "yes"; }
      store();
    }
  }
  function offline() {
    store();
    say(navigator.onLine ? "没有保存上，先存在本机" : "没有网络，先存在本机", "warn");
    waiting = setTimeout(save, AGAIN);
    return "no";
  }
  function refused(said) {
    isOver = Boolean(said.is_stale);
    store();
    if (said.is_stale) { stale.hidden = false; stale.scrollIntoView({ block: "center" }); }
    say(said.sentence || "没有保存上，请刷新后再试", "bad");
    return "no";
  }

  form.addEventListener("input", function () {
    store();
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE);
  });
  window.addEventListener("online", save);
  window.addEventListener("offline", function () { if (text(typed()) !== last) offline(); });
  document.addEventListener("visibilitychange", function () { if (document.hidden && text(typed()) !== last) save(); });

  // --- Buttons: the text goes first, then the page ------------------------------------------------
  let isSending = false, pressed = null;

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button[name=verb]");
    if (button) pressed = button;
  }, true);
  form.addEventListener("submit", async function (event) {
    event.preventDefault();
    const button = event.submitter || pressed;
    if (isSending || !button) return;
    if (button.value === "stay") { save(); return; }
    isSending = true;
    const keeps = button.value === "keep";
    const buttons = document.querySelectorAll("button[name=verb]");
    buttons.forEach(function (one) { one.disabled = true; });
    if (uploads) await uploads;
    if (await ready(keeps) === "yes") {
      const field = document.createElement("input");
      field.type = "hidden"; field.name = "verb"; field.value = button.value;
      form.appendChild(field);
      picker.value = "";
      if (keeps) forget();
      form.submit();
      return;
    }
    isSending = false;
    buttons.forEach(function (one) { one.disabled = false; });
    saved.scrollIntoView({ block: "center" });
  });
  // Back from the next page: the buttons work again.
  window.addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
  document.querySelectorAll("[data-forget]").forEach(function (link) { link.addEventListener("click", forget); });

  // --- Photos -------------------------------------------------------------------------------------
  const list = form.querySelector("[data-photos]"), picker = byId("photo-file");
  let uploads = null;
  form.setAttribute("data-live", "");

  picker.addEventListener("change", function () {
    const files = Array.from(picker.files);
    picker.value = "";
    const queue = files.map(function (file) { return { file: file, tile: tile() }; });
    const chain = (uploads || Promise.resolve()).then(async function () {
      for (const one of queue) await sent(one.file, one.tile);
    }).finally(function () { if (uploads === chain) uploads = null; });
    uploads = chain;
  });
  function tile() {
    const item = document.createElement("li");
    item.innerHTML = '<span><svg class="i" aria-hidden="true"><use href="#i-photo"/></svg></span><span class="small muted" role="status">等待上传</span><progress max="100" value="0" aria-label="上传进度"></progress>';
    list.insertBefore(item, list.lastElementChild);
    return item;
  }
  async function sent(file, item) {
    const words = item.querySelector("[role=status]"), bar = item.querySelector("progress");
    for (let tries = 0; tries < 40; tries += 1) {
      const answer = await once(file, words, bar);
      if (answer.html) { item.outerHTML = answer.html; return; }
      if (answer.sentence) { failed(item, words, bar, answer.sentence); return; }
      words.textContent = answer.isExpired ? "等待登录" : "没有网络，有网后接着传";
      try { if (answer.isExpired && await signedIn()) continue; } catch (error) { /* no network */ }
      await new Promise(function (resolve) { setTimeout(resolve, AGAIN); });
    }
    failed(item, words, bar, "没有传上，请重新选择");
  }
  function once(file, words, bar) {
    return new Promise(function (resolve) {
      const request = new XMLHttpRequest(), body = new FormData();
      body.append("photo", file);
      request.open("POST", list.dataset.photos);
      request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
      request.upload.onprogress = function (event) {
        const part = event.lengthComputable ? Math.floor(100 * event.loaded / event.total) : 0;
        bar.value = part;
        words.textContent = part < 100 ? "正在上传 " + part + "%" : "正在处理";
      };
      request.onerror = function () { resolve({}); };
      request.onload = function () {
        if (request.status === 413) { resolve({ sentence: "照片太大，请换一张小一点的。" }); return; }
        if (request.status >= 500) { resolve({}); return; }
        if (request.status === 404 || request.status === 400) { resolve({ sentence: "没有传上，请刷新后再试。" }); return; }
        try { resolve(JSON.parse(request.responseText)); } catch (error) { resolve({ isExpired: true }); }
      };
      request.send(body);
    });
  }
  function failed(item, words, bar, sentence) {
    bar.remove();
    words.className = "small bad";
    words.textContent = sentence + "　";
    const button = document.createElement("button");
    button.type = "button"; button.className = "as-link nowrap"; button.textContent = "知道了";
    button.addEventListener("click", function () { item.remove(); picker.focus(); });
    item.appendChild(button);
  }

  const wrong = form.querySelector(".field-bad");
  if (wrong) wrong.scrollIntoView({ block: "center" });

  // --- What was left on this machine ----------------------------------------------------------------
  const left = stored();
  if (left) {
    if (text(left.typed) === last) forget();
    else if (left.rounds === value("rounds") && left.revision === value("revision")) { put(left.typed); save(); }
    else kept.hidden = false;
  }
  byId("kept-use").addEventListener("click", function () { put(left.typed); kept.hidden = true; store(); save(); });
  byId("kept-drop").addEventListener("click", function () { kept.hidden = true; forget(); });
})();
