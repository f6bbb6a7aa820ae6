import type { ReactNode, SVGProps } from "react";

function icon(shape: ReactNode) {
  return function Icon(props: SVGProps<SVGSVGElement>) {
    return (
      <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" {...props}>
        {shape}
      </svg>
    );
  };
}

export const CopyIcon = icon(<><rect x="7" y="7" width="9.5" height="9.5" rx="2" /><path d="M13 4.5A1.5 1.5 0 0 0 11.5 3H5a2 2 0 0 0-2 2v6.5A1.5 1.5 0 0 0 4.5 13" /></>);
export const CheckIcon = icon(<path d="m4 10.5 4 4 8-9" />);
export const SearchIcon = icon(<><circle cx="9" cy="9" r="5.5" /><path d="m13.2 13.2 3.8 3.8" /></>);
export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const SunIcon = icon(<><circle cx="10" cy="10" r="3.4" /><path d="M10 2v1.8M10 16.2V18M2 10h1.8M16.2 10H18M4.3 4.3l1.3 1.3M14.4 14.4l1.3 1.3M15.7 4.3l-1.3 1.3M5.6 14.4l-1.3 1.3" /></>);
export const MoonIcon = icon(<path d="M16.6 12.1A7 7 0 0 1 7.9 3.4a7 7 0 1 0 8.7 8.7Z" />);
export const ArrowIcon = icon(<path d="M4 10h12m-4.5-4.5L16 10l-4.5 4.5" />);
export const ChevronIcon = icon(<path d="m6 8 4 4 4-4" />);
export const PlusIcon = icon(<path d="M10 4v12M4 10h12" />);
export const StopIcon = icon(<rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />);
export const PlayIcon = icon(<path d="M6.5 4.5v11l9-5.5-9-5.5Z" fill="currentColor" />);
export const OutIcon = icon(<path d="M12 4H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h6M9 10h8m-3-3 3 3-3 3" />);
export const LinkIcon = icon(<path d="M8 5H5.5A1.5 1.5 0 0 0 4 6.5v8A1.5 1.5 0 0 0 5.5 16h8a1.5 1.5 0 0 0 1.5-1.5V12M11 4h5v5M16 4l-7 7" />);
export const WarnIcon = icon(<path d="M10 7.5v3.5m0 2.600v.1M8.700 3.5 2.300 14.400A1.5 1.5 0 0 0 3.600 16.600h12.800a1.5 1.5 0 0 0 1.300-2.200L11.300 3.5a1.5 1.5 0 0 0-2.600 0Z" />);

export const OverviewIcon = icon(<><rect x="3" y="3" width="6" height="8" rx="1.5" /><rect x="11" y="3" width="6" height="4.5" rx="1.5" /><rect x="3" y="13.5" width="6" height="3.5" rx="1.5" /><rect x="11" y="10" width="6" height="7" rx="1.5" /></>);
export const ModelsIcon = icon(<path d="M10 2.5 3.5 6v8l6.5 3.5 6.5-3.5V6L10 2.5ZM3.5 6 10 9.5 16.5 6M10 9.5v8" />);
export const HealthIcon = icon(<path d="M2.5 10.5H6l2-5.5 4 10 2-4.5h3.5" />);
export const GenerationsIcon = icon(<path d="M7 5h10M7 10h10M7 15h10M3 5h.01M3 10h.01M3 15h.01" />);
export const KeysIcon = icon(<><circle cx="6.5" cy="13.5" r="3.5" /><path d="m9 11 7.5-7.5M13.5 6.5 16 9" /></>);
