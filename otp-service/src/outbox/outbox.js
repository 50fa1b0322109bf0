// Shows the queue, live: asks every second while the page is looked at.
"use strict";

const list = document.getElementById("messages");
const template = document.getElementById("message");
const to = document.getElementById("to");
let shown = "";

function entry(message) {
  const item = template.content.cloneNode(true);
  const when = new Date(message.created_at * 1000);
  item.querySelector("b").textContent = message.to;
  item.querySelector("time").textContent = when.toLocaleTimeString();
  item.querySelector("time").dateTime = when.toISOString();
  const text = item.querySelector(".text");
  text.textContent = message.text || "The code has ended and the text is wiped.";
  text.lang = message.text ? message.locale : "en";
  text.classList.toggle("gone", !message.text);
  item.querySelector(".status").textContent = `${message.status}, ${message.locale}`;
  const button = item.querySelector("button");
  button.hidden = !message.code;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(message.code);
    button.textContent = "Copied";
  });
  return item;
}

async function refresh() {
  const unreachable = document.getElementById("unreachable");
  try {
    const only = to.value.trim();
    const query = only ? "?to=" + encodeURIComponent(only) : "";
    const answer = await fetch("/outbox/messages" + query);
    if (!answer.ok) throw new Error(answer.statusText);
    const { messages } = await answer.json();
    unreachable.hidden = true;
    document.getElementById("empty").hidden = messages.length > 0;
    const text = JSON.stringify(messages);
    if (text !== shown) {
      shown = text;
      list.replaceChildren(...messages.map(entry));
    }
  } catch {
    unreachable.hidden = false;
  }
}

document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
to.addEventListener("input", refresh);
document.addEventListener("visibilitychange", refresh);
setInterval(() => document.hidden || refresh(), 1000);
refresh();
