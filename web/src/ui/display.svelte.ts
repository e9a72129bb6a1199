// How this device shows things: not personal, so it may lie open in localStorage.

export type Theme = 'auto' | 'light' | 'dark';
export type Size = 'small' | 'medium' | 'large';

function kept<T extends string>(key: string, values: readonly T[], otherwise: T): T {
  const value = localStorage.getItem(key);
  return values.find((v) => v === value) ?? otherwise;
}

export const themes = ['auto', 'light', 'dark'] as const;
export const sizes = ['small', 'medium', 'large'] as const;

class Display {
  theme = $state<Theme>(kept('komainu-theme', themes, 'auto'));
  size = $state<Size>(kept('komainu-size', sizes, 'medium'));

  apply(): void {
    document.documentElement.dataset['theme'] = this.theme;
    document.documentElement.dataset['size'] = this.size;
  }

  set(change: { theme?: Theme; size?: Size }): void {
    this.theme = change.theme ?? this.theme;
    this.size = change.size ?? this.size;
    localStorage.setItem('komainu-theme', this.theme);
    localStorage.setItem('komainu-size', this.size);
    this.apply();
  }
}

export const display = new Display();
