import { useEffect, useState } from "react";

const SLOT = "patchbay.theme";

export type Theme = "light" | "dark";

/** The theme in force and a way to switch it; follows the system until the reader has chosen. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(() => (document.documentElement.dataset["theme"] === "dark" ? "dark" : "light"));

  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);

  useEffect(() => {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => {
      if (!stored()) {
        setTheme(system.matches ? "dark" : "light");
      }
    };
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, []);

  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(SLOT, next);
    } catch {
      // Storage is blocked: the choice lasts as long as the page.
    }
    setTheme(next);
  };
  return [theme, toggle];
}

function stored(): string | null {
  try {
    return localStorage.getItem(SLOT);
  } catch {
    return null;
  }
}
