// Draws the page from the control API, again every two seconds. Everything is put in as text, and only what has changed is touched, so that
// nothing flickers and a selection stays.
"use strict";

const PERIOD = 2000;
const SEVERITIES = [["High", "bad"], ["Medium", "warn"], ["Low", "busy"], ["Informational", ""], ["Undefined", ""]];

// The emulator's own account, which goes without saying.
let account;

async function read(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

// What a cell shows: a text, its classes, and a tooltip where the text is not the whole story.
function cell(text, kind = "", title = text) {
  return { text: String(text), kind, title: String(title) };
}

// The last part of an ARN; the whole is in the tooltip, and a click copies it.
function arn(text) {
  return cell(text.split("/").pop(), "arn", text);
}

document.addEventListener("click", async (event) => {
  const td = event.target.closest("td.arn");
  // Without a secure context (a name that is not localhost) there is no clipboard.
  if (!td || !navigator.clipboard || String(getSelection())) return;
  await navigator.clipboard.writeText(td.title);
  td.dataset.copied = "";
  setTimeout(() => delete td.dataset.copied, 1000);
});

function region(thing) {
  return cell(thing.account === account ? thing.region : `${thing.region}, ${thing.account}`, "", `${thing.account} in ${thing.region}`);
}

function put(element, property, value) {
  if (element[property] !== value) element[property] = value;
}

// Makes an element have these children, by key: the elements of keys that stay are kept.
function arrange(parent, keys, make) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let next = parent.firstElementChild;
  const elements = keys.map((key) => {
    let element = old.get(key);
    old.delete(key);
    if (!element) {
      element = make();
      element.dataset.key = key;
    }
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
    return element;
  });
  for (const gone of old.values()) gone.remove();
  return elements;
}

// Fills a table: each row is a key and its cells.
function fill(id, columns, rows) {
  const shown = rows.length ? rows : [["nothing", [cell("none yet", "none")]]];
  const elements = arrange(document.getElementById(id), shown.map(([key]) => key), () => document.createElement("tr"));
  shown.forEach(([, cells], place) => {
    const tds = arrange(elements[place], cells.map((_, column) => String(column)), () => document.createElement("td"));
    cells.forEach(({ text, kind, title }, column) => {
      put(tds[column], "textContent", text);
      put(tds[column], "className", kind);
      put(tds[column], "title", title);
      put(tds[column], "colSpan", rows.length ? 1 : columns);
    });
  });
}

function stateKind(state) {
  if (state === "COMPLETED") return "good";
  if (state === "COMPLETED_WITH_ERRORS" || state === "CANCELED") return "warn";
  return state === "FAILED" || state === "ERROR" ? "bad" : "busy";
}

// A time span in its two largest units.
function span(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return "0 s";
  const [[size, unit], next] = [units[first], units[first + 1]];
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return `${Math.floor(seconds / size)} ${unit}` + (rest ? ` ${rest} ${next[1]}` : "");
}

// The findings of each severity; a dash where a run has no counts, because it is in progress or was cancelled.
function findings(counts) {
  return SEVERITIES.map(([severity, kind]) => {
    if (!counts) return cell("–", "number none", "no findings yet");
    const count = counts[severity] || 0;
    return cell(count, count ? `number strong ${kind}` : "number none", `${count} ${severity}`);
  });
}

function outcome(value) {
  if (value === "ok") return ["ok", "good"];
  return value.exception ? [value.exception, "bad"] : [`fault: ${value.fault}`, "warn"];
}

function clockName(time) {
  if (time === "stepped") return "stepped by hand";
  return time === "real" ? "real time" : `${time.scaled} times as fast`;
}

function numbers(summary) {
  const shown = [
    ["in progress", summary.runsInProgress, "run"], ["", summary.runs, "run"], ["", summary.templates, "template"],
    ["", summary.targets, "target"], ["", summary.resourceGroups, "resource group"],
  ];
  const items = arrange(document.getElementById("numbers"), shown.map((_, place) => String(place)), () => {
    const li = document.createElement("li");
    li.append(document.createElement("b"), document.createElement("span"));
    return li;
  });
  shown.forEach(([more, count, noun], place) => {
    put(items[place].firstElementChild, "textContent", String(count));
    put(items[place].lastElementChild, "textContent", `${noun}${count === 1 ? "" : "s"} ${more}`.trim());
  });
}

function draw(summary, calls, clock) {
  put(document.getElementById("now"), "textContent", summary.now);
  put(document.getElementById("clock"), "textContent", `· ${clockName(clock.time)}`);
  numbers(summary);
  const names = new Map(summary.newestTemplates.map((template) => [template.arn, template.name]));
  fill("runs", 11, summary.newestRuns.map((run) => [run.arn, [
    cell(run.name, "name"), cell(run.state, stateKind(run.state), `since ${run.stateChangedAt}`),
    cell(span(run.ageSeconds), "time", `started ${run.createdAt}`), ...findings(run.findingCounts),
    cell(names.get(run.templateArn) || run.templateArn.split("/").pop(), "name", names.get(run.templateArn) || run.templateArn), region(run), arn(run.arn),
  ]]));
  fill("templates", 5, summary.newestTemplates.map((template) => [template.arn, [
    cell(template.name, "name"), cell(span(template.durationSeconds), "time", `${template.durationSeconds} seconds`),
    cell(template.rulesPackageArns.length, "time", template.rulesPackageArns.join("\n")), region(template), arn(template.arn),
  ]]));
  fill("targets", 4, summary.newestTargets.map((target) => [target.arn, [
    cell(target.name, "name"),
    target.resourceGroupArn ? arn(target.resourceGroupArn) : cell("all instances", "", "no resource group: every instance of the account in the Region"),
    region(target), arn(target.arn),
  ]]));
  fill("calls", 4, calls.reverse().map((call, place) => {
    const [text, kind] = outcome(call.outcome);
    return [String(place), [cell(call.at, "time"), cell(call.operation, "", JSON.stringify(call.request)), cell(text, kind), region(call)]];
  }));
}

async function refresh() {
  const status = document.getElementById("status");
  try {
    account ??= (await read("/_emulator/health")).account_id;
    const paths = ["/_emulator/summary", "/_emulator/calls?limit=20", "/_emulator/clock"];
    draw(...(await Promise.all(paths.map(read))));
    put(status, "hidden", true);
    put(document.body, "className", "");
  } catch (error) {
    put(status, "textContent", `The emulator does not answer (${error.message}). What is shown is what it last said.`);
    put(status, "className", "bad");
    put(status, "hidden", false);
    put(document.body, "className", "stale");
  }
  setTimeout(refresh, PERIOD);
}

refresh();
