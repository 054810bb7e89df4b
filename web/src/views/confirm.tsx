import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Question {
  title: string;
  text: string;
  verb: string;
  answer: (yes: boolean) => void;
}

/** What is asked now. */
export const question = signal<Question | null>(null);

/** Asks before something is done that cannot be undone. @param verb  what the button says that does it */
export function confirm(title: string, text: string, verb: string): Promise<boolean> {
  return new Promise((answer) => (question.value = { title, text, verb, answer }));
}

/** Lies over whatever else is open; the button that does nothing has the focus, and Escape presses it. */
export function Confirm() {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = question.value;
  useLayoutEffect(() => {
    if (asked) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asked]);
  const say = (yes: boolean) => {
    asked?.answer(yes);
    question.value = null;
  };
  return (
    <dialog ref={dialog} class="confirm" role="alertdialog" aria-labelledby="confirm-title" aria-describedby="confirm-text" onClose={() => say(false)}>
      {asked && (
        <div class="dialog-body">
          <h2 id="confirm-title">{asked.title}</h2>
          <p id="confirm-text">{asked.text}</p>
          <div class="row answers">
            <button type="button" onClick={() => say(false)}>
              Keep it
            </button>
            <button type="button" class="danger" onClick={() => say(true)}>
              {asked.verb}
            </button>
          </div>
        </div>
      )}
    </dialog>
  );
}
