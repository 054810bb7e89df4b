import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icons";

export type DialogName = "help" | "matches" | "map";

export const open = signal<DialogName | null>(null);

/** A modal dialog; what is in it exists only while it is open. */
export function Dialog({ name, title, children }: { name: DialogName; title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const wanted = open.value === name;
  useEffect(() => {
    if (wanted) dialog.current?.showModal();
    else dialog.current?.close();
  }, [wanted]);
  const close = () => (open.value = null);
  return (
    <dialog
      ref={dialog}
      class={name}
      aria-labelledby={`${name}-dialog-title`}
      onClose={() => {
        if (open.value === name) close();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) close(); // beside it
      }}
    >
      <div class="dialog-body">
        <header class="panel-head">
          <h2 id={`${name}-dialog-title`}>{title}</h2>
          <button type="button" class="quiet round" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {wanted && children}
      </div>
    </dialog>
  );
}
