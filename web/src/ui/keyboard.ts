// One guard against the input method for the whole page.

/**
 * While the input method composes, keys are its own: Enter picks a candidate and must not open a patient.
 * `keyCode` 229 as well, since WebKit ends the composition before the last keydown (bug 165004).
 */
export function guardComposition(document: Document): void {
  const guard = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation();
  };
  document.addEventListener('keydown', guard, { capture: true });
}

/** Is a person writing there? Then letters are text, not shortcuts. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
