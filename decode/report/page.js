// The page can be read without this script. It adds filters to the messages of a session, and shows a message as a tree or in hex.
// It makes elements and sets their text, and never HTML: nothing of a payload is markup here.
(function () {
  "use strict";

  function make(name, className, text) {
    var e = document.createElement(name);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  // Filters: a box for text, and lists for direction and kind.

  function choice(label, values) {
    var s = make("select");
    s.setAttribute("aria-label", label);
    s.appendChild(new Option(label + ": all", ""));
    values.forEach(function (v) { s.appendChild(new Option(v[0], v[1])); });
    return s;
  }

  function addTools(session) {
    var table = session.querySelector("table.messages");
    if (!table || session.querySelector(".tools")) return;
    var rows = Array.from(table.tBodies[0].rows);
    var kinds = Array.from(new Set(rows.map(function (r) { return r.dataset.k; }))).sort();
    var bar = make("div", "tools"), box = make("input"), count = make("span", "dim");
    box.type = "search";
    box.placeholder = "text in messages ( / )";
    box.setAttribute("aria-label", "text in messages");
    count.setAttribute("aria-live", "polite");
    var dir = choice("direction", [["→ client", "c2s"], ["← server", "s2c"]]);
    var kind = choice("kind", kinds.map(function (k) { return [k, k]; }));
    [box, dir, kind, count].forEach(function (e) { bar.appendChild(e); });
    table.before(bar);

    function filter() {
      var text = box.value.toLowerCase(), n = 0;
      rows.forEach(function (r) {
        var shown = (!dir.value || r.dataset.d === dir.value) && (!kind.value || r.dataset.k === kind.value) &&
          (!text || r.textContent.toLowerCase().includes(text));
        r.hidden = !shown;
        if (shown) n++;
      });
      count.textContent = n + " of " + rows.length;
    }
    [box, dir, kind].forEach(function (e) { e.addEventListener("input", filter); });
    filter();
  }

  // Views of a message.

  function bytesOf(pre) {
    if (pre.dataset.bytes === undefined) return new TextEncoder().encode(pre.textContent);
    var s = atob(pre.dataset.bytes), out = new Uint8Array(s.length);
    for (var i = 0; i < s.length; i++) out[i] = s.charCodeAt(i);
    return out;
  }

  var mostHex = 65536; // bytes: longer ones would make the browser slow

  function hex(bytes) {
    var lines = [], n = Math.min(bytes.length, mostHex);
    for (var at = 0; at < n; at += 16) {
      var digits = "", text = "";
      for (var i = 0; i < 16; i++) {
        var b = bytes[at + i];
        digits += (at + i < n ? b.toString(16).padStart(2, "0") : "  ") + (i === 7 ? "  " : " ");
        if (at + i < n) text += b >= 32 && b < 127 ? String.fromCharCode(b) : ".";
      }
      lines.push(at.toString(16).padStart(8, "0") + "  " + digits + " " + text);
    }
    if (bytes.length > n) lines.push("... " + (bytes.length - n) + " more bytes");
    return lines.join("\n");
  }

  var mostDeep = 200, mostChildren = 1000;

  function tree(key, value, depth) {
    var label = key === null ? "" : key + ": ";
    if (value === null || typeof value !== "object" || depth > mostDeep) {
      var leaf = make("div", "leaf");
      leaf.appendChild(make("span", "key", label));
      leaf.appendChild(document.createTextNode(JSON.stringify(value)));
      return leaf;
    }
    var keys = Object.keys(value), d = make("details"), s = make("summary");
    s.appendChild(make("span", "key", label));
    s.appendChild(document.createTextNode(Array.isArray(value) ? "[" + keys.length + "]" : "{" + keys.length + "}"));
    d.appendChild(s);
    d.open = depth < 2;
    function fill() {
      if (d.childElementCount > 1) return;
      keys.slice(0, mostChildren).forEach(function (k) { d.appendChild(tree(k, value[k], depth + 1)); });
      if (keys.length > mostChildren) d.appendChild(make("div", "leaf", "... " + (keys.length - mostChildren) + " more"));
    }
    if (d.open) fill();
    d.addEventListener("toggle", fill);
    return d;
  }

  function addViews(message) {
    var pre = message.querySelector("pre");
    if (!pre || message.querySelector(".tools")) return;
    var views = { text: function () { return null; } };
    if (pre.dataset.json !== undefined) {
      views.JSON = function () {
        var box = make("div", "tree");
        try {
          box.appendChild(tree(null, JSON.parse(new TextDecoder().decode(bytesOf(pre))), 0));
        } catch (e) {
          box.textContent = String(e.message);
        }
        return box;
      };
    }
    views.hex = function () { return make("pre", "hex", hex(bytesOf(pre))); };
    var bar = make("div", "tools"), other = null;
    Object.keys(views).forEach(function (name) {
      var b = make("button", "", name);
      b.type = "button";
      b.setAttribute("aria-pressed", String(name === "text"));
      b.addEventListener("click", function () {
        if (other) other.remove();
        other = views[name]();
        pre.hidden = other !== null;
        if (other) pre.after(other);
        bar.querySelectorAll("button").forEach(function (x) { x.setAttribute("aria-pressed", String(x === b)); });
      });
      bar.appendChild(b);
    });
    pre.before(bar);
  }

  document.addEventListener("toggle", function (e) {
    var d = e.target;
    if (!d.open || !d.matches) return;
    if (d.matches("details.session")) addTools(d);
    else if (d.matches("table.messages details")) addViews(d);
  }, true);

  // A link to a session or a message opens it.

  function openTarget() {
    var e = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!e) return;
    for (var p = e; p; p = p.parentElement) if (p.matches("details")) p.open = true;
    var own = e.matches("tr") && e.querySelector("details");
    if (own) own.open = true;
    e.scrollIntoView();
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();

  // Keys: / goes to the box of the first open session on the screen, n and p to the next and previous session.

  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.altKey || e.metaKey || e.target.matches("input, select, textarea")) return;
    var sessions = Array.from(document.querySelectorAll("details.session"));
    if (e.key === "/") {
      var open = sessions.filter(function (s) { return s.open && s.getBoundingClientRect().bottom > 0; })[0];
      var box = open && open.querySelector(".tools input");
      if (box) {
        box.focus();
        e.preventDefault();
      }
    } else if (e.key === "n" || e.key === "p") {
      var here = sessions.indexOf(document.activeElement.closest("details.session"));
      var next = sessions[e.key === "n" ? here + 1 : Math.max(here - 1, 0)];
      if (next) {
        next.open = true;
        next.querySelector("summary").focus();
        next.scrollIntoView();
      }
    }
  });

  var only = document.querySelectorAll("details.session");
  if (only.length === 1 && !location.hash) only[0].open = true;
})();
