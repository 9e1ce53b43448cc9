// What Prefect's first UI does not do for staff by itself. Each part stands alone, and one that fails breaks nothing.
(() => {
  "use strict";

  const part = (work) => (...given) => {
    try {
      return work(...given);
    } catch (error) {
      console.debug("lots.js", error);
    }
  };
  const on = (type, work) => document.addEventListener(type, part(work), true);
  const within = (event, selector) => event.target instanceof Element && event.target.closest(selector);

  // The UI reads this before it offers its Cloud beside an error; its own setting does not reach that place.
  part(() => localStorage.setItem("prefect-show-promotional-content", "false"))();

  // Weeks begin on Monday: the calendar's library asks its empty options for this, and takes Sunday if they are silent.
  part(() => Object.defineProperty(Object.prototype, "weekStartsOn", { value: 1, writable: true, configurable: true }))();

  // A form filled in by "Copy to new run" does not stand in the address, which the browser's history keeps.
  part(() => {
    const push = history.pushState;
    history.pushState = function (state, title, url) {
      let shown = url;
      part(() => {
        const address = new URL(url, location.href);
        if (address.searchParams.has("parameters")) {
          address.searchParams.delete("parameters");
          shown = address.pathname + address.search + address.hash;
        }
      })();
      return push.call(this, state, title, shown);
    };
  })();

  // A drop-down pressed on its words hears it twice, and opens and closes; on its arrow it hears it once.
  on("click", (event) => {
    const words = within(event, ".p-select-button__control");
    const arrow = words && words.closest(".p-select-button").querySelector(".p-select-button__icon");
    if (arrow && !within(event, ".p-tag")) {
      event.stopImmediatePropagation();
      event.preventDefault();
      arrow.click();
    }
  });

  // Enter chooses the first of what a search in a drop-down has found, if the arrows have marked none.
  on("keydown", (event) => {
    const list = event.key === "Enter" && within(event, "[role=listbox]");
    if (list && within(event, "input[type=search]") && !list.querySelector(".p-select-option--highlighted")) {
      const found = event.target.value && list.querySelector("[role=option]");
      if (found) {
        event.preventDefault();
        event.stopPropagation();
        found.click();
      }
    }
  });

  // A day that was pressed is chosen; where a time of day is asked for too, Apply says when both are.
  on("click", (event) => {
    const picker = within(event, ".p-date-picker");
    const button = within(event, "button");
    const isDay = button && (button.matches(".p-calendar-date-picker__date") || button.textContent.trim() === "Today");
    if (picker && isDay && !picker.querySelector("[class*=time-picker], [class*=native-time], input[type=time]")) {
      setTimeout(
        part(() => {
          const apply = [...picker.querySelectorAll("button")].find((one) => one.textContent.trim() === "Apply");
          apply?.click();
        }),
      );
    }
  });

  // What is wrong is shown: the first field that says so is scrolled to, as soon as it does and where it is not seen.
  const FAILED = ".p-label--failed .p-label__message--failed";
  let looking = 0;
  on("submit", () => {
    clearInterval(looking);
    const until = Date.now() + 4000;
    let shown = null;
    looking = setInterval(
      part(() => {
        const first = [...document.querySelectorAll(FAILED)].map((one) => one.closest(".p-label"))[0];
        if (first && first !== shown) {
          shown = first;
          first.scrollIntoView({ block: "center" });
        }
        if (Date.now() > until) {
          clearInterval(looking);
        }
      }),
      100,
    );
  });

  // Who has started a run lands on its page, where its outcome appears.
  part(() => {
    const look = part((changes) => {
      for (const change of changes) {
        for (const node of change.addedNodes) {
          if (node instanceof Element) {
            const view = node.querySelector(".toast-flow-run-create__button");
            if (view) {
              view.click();
            }
          }
        }
      }
    });
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  })();
})();
